"""What runs inside the target interpreter: standard library only, CPython 3.9 to 3.14, and as few imports as possible.

`boot.start` is called by a `sitecustomize` that the launcher puts first on the target's path. Every process of the
command's tree observes itself and leaves one shard, a file of marshalled records, in the folder of the pass.
"""
