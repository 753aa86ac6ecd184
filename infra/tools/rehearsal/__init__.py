"""The rehearsal of a deployment: what infra/tools/rehearse.py is made of."""


class Failed(Exception):
    """Something did not go as it has to go in AWS. The message is all that a person needs to look further."""
