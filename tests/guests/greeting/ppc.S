# SPDX-License-Identifier: GPL-2.0-or-later
# Proves the ROM and the UART of the PowerPC board that `qgen new` writes (a 16550): the
# image is the ROM at 0xfff00000.
        .text
        .org    0x100
        .global start
start:  lis     %r4, 0x8000
        lis     %r5, 0xfff0
        ori     %r5, %r5, hello@l
1:      lbz     %r3, 0(%r5)
        cmpwi   %r3, 0
        beq     2f
        stb     %r3, 0(%r4)
        addi    %r5, %r5, 1
        b       1b
2:      b       2b
hello:  .asciz  "qgen: hello from ppc\r\n"
