"""What qgen predicts of a board, against a naive reference and against QEMU itself."""
