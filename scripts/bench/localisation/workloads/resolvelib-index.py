"""Dependencies resolved over an index in which late packages ask for old versions of early ones."""

from collections import namedtuple

from resolvelib import AbstractProvider, BaseReporter, ResolutionImpossible, Resolver

Requirement = namedtuple("Requirement", "name low high")
Candidate = namedtuple("Candidate", "name version")


class Provider(AbstractProvider):
    def __init__(self, index):
        self.index = index

    def identify(self, requirement_or_candidate):
        return requirement_or_candidate.name

    def get_preference(self, identifier, resolutions, candidates, information, backtrack_causes):
        return identifier

    def find_matches(self, identifier, requirements, incompatibilities):
        wanted, bad = list(requirements[identifier]), {c.version for c in incompatibilities[identifier]}
        versions = self.index.get(identifier, {})
        return [
            Candidate(identifier, v)
            for v in sorted(versions, reverse=True)
            if v not in bad and all(r.low <= v <= r.high for r in wanted)
        ]

    def is_satisfied_by(self, requirement, candidate):
        return requirement.low <= candidate.version <= requirement.high

    def get_dependencies(self, candidate):
        return self.index[candidate.name][candidate.version]


index = {f"lib{n:02}": {v: [Requirement(f"util{n % 3}", 1, 9)] for v in range(1, 4)} for n in range(2)}
index |= {f"util{n}": {v: [] for v in range(1, 6)} for n in range(3)}
index["aaa"] = {v: [Requirement("zzz", 1, v)] for v in range(1, 5)}
index["zzz"] = {v: [Requirement("aaa", 1, 2)] if v > 1 else [Requirement("missing", 1, 1)] for v in range(1, 6)}
index["web"] = {v: [Requirement("zzz", 3, 9), Requirement("lib00", 1, 3)] for v in range(1, 4)}
rounds = 0
for _ in range(4):
    wanted = [Requirement(name, 1, 9) for name in ("aaa", "lib00", "lib01", "web")]
    try:
        result = Resolver(Provider(index), BaseReporter()).resolve(wanted, max_rounds=100000)
        rounds += len(result.mapping)
    except ResolutionImpossible as error:
        rounds += len(error.causes)
print(rounds)
