/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entry of the guests for older Arm boards, which come as raw images: QEMU takes
 * them for a Linux kernel, and starts them as one.
 * Proves what the boot loader hands over, and that RAM lies at 0.
 */

        .arm
        .section .text.start, "ax"
        .global start
start:                                  /* r0: 0, r1: number of the board */
        ldr     sp, =0x100000
        mov     r0, r1
        bl      main                    /* does not return */
1:      b       1b

        /* semihosting(operation, argument) */
        .global semihosting
semihosting:
        svc     0x123456
        bx      lr
