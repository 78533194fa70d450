# SPDX-License-Identifier: GPL-2.0-or-later
# Proves the UART of the 64-bit Arm board that `qgen new` writes (a PL011). The code is
# in words, so that the compiler for 32 bits builds it: an image without relocations.
        .text
        .global start
start:  .word   0xd2a12001      // movz x1, #0x900, lsl #16
        .word   0x100000c2      // adr  x2, hello
        .word   0x38401440      // 1: ldrb w0, [x2], #1
        .word   0x34000060      // cbz  w0, 2f
        .word   0xb9000020      // str  w0, [x1]
        .word   0x17fffffd      // b    1b
        .word   0x14000000      // 2: b 2b
hello:  .asciz  "qgen: hello from aarch64\r\n"
