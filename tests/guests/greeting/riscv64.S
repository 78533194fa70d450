# SPDX-License-Identifier: GPL-2.0-or-later
# Proves the UART of the RISC-V board that `qgen new` writes (a 16550).
        .text
        .global start
start:  lui     t0, 0x10000
        lla     t1, hello
1:      lbu     t2, 0(t1)
        beqz    t2, 2f
        sb      t2, 0(t0)
        addi    t1, t1, 1
        j       1b
2:      j       2b
hello:  .asciz  "qgen: hello from riscv64\r\n"
