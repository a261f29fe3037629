import email.parser
import email.policy

TEXT = "\n".join(f"Key-{number}: value {number}" for number in range(60)) + "\n\n"


def headers(text):
    return dict(email.parser.Parser(policy=email.policy.default).parsestr(text).items())


# --- end
print(sum(len(headers(TEXT)) for _ in range(20)))
