"""placeholder"""


def check(text, board, *, machine_name=None, types=None):
    return []
