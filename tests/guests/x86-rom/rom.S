# SPDX-License-Identifier: GPL-2.0-or-later
# Proves the UART of the PC that `qgen new` writes: firmware of 64 KiB, which writes to the
# serial port at once.
        .code16
        .text
        .global start
        .equ    COM1,   0x3f8
main:   mov     %cs, %ax
        mov     %ax, %ds
        mov     $hello, %si
        mov     $COM1, %dx
        cld
1:      lodsb
        test    %al, %al
        jz      2f
        out     %al, %dx
        jmp     1b
2:      hlt
        jmp     2b
hello:  .asciz  "qgen: hello from x86_64\r\n"
        .org    0xfff0
start:  ljmp    $0xf000, $main
        .org    0x10000
