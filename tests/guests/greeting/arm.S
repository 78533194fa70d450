# SPDX-License-Identifier: GPL-2.0-or-later
# Proves the UART of the Arm board that `qgen new` writes (a PL011).
        .text
        .global start
start:  ldr     r1, =0x09000000
        adr     r2, hello
1:      ldrb    r0, [r2], #1
        cmp     r0, #0
        strne   r0, [r1]
        bne     1b
2:      b       2b
        .ltorg
hello:  .asciz  "qgen: hello from arm\r\n"
