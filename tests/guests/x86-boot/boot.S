# SPDX-License-Identifier: GPL-2.0-or-later
# Proves an x86 board by its boot sector, which writes to the serial port: the
# firmware boots the disk, timer interrupts come, port 92 moves the A20 gate,
# and INT 15h tells where memory is.

        .equ    COM1,   0x3f8
        .equ    ENTRY,  0x8000          # of the memory map: base, length, type
        .equ    SMAP,   0x534d4150
        .equ    TICKS,  0x46c           # counted by the firmware, 18 each second
        .equ    WAIT,   9

        .code16
        .text
        .global start
start:  ljmp    $0, $main
main:   xor     %ax, %ax
        mov     %ax, %ds
        mov     %ax, %ss
        mov     $start, %sp
        dec     %ax
        mov     %ax, %es                # %es:16 is 0x100000, or 0 without A20
        sti
        cld

        # The firmware still has some of its own text to send, a little each tick.
        mov     $WAIT, %cx
ticked: mov     TICKS, %ax
tick:   hlt
        cmp     TICKS, %ax
        je      tick
        loop    ticked
        mov     $hello, %si
        call    print
        mov     $ticks, %si
        call    print

        mov     $0x2400, %ax            # close the gate
        int     $0x15
        call    is_open
        mov     $0x2401, %ax            # open it
        int     $0x15
        call    is_open

        xor     %ax, %ax
        mov     %ax, %es
        xor     %ebx, %ebx
map:    mov     $0xe820, %eax
        mov     $SMAP, %edx
        mov     $20, %ecx
        mov     $ENTRY, %di
        int     $0x15
        jc      done
        cmp     $SMAP, %eax
        jne     done
        push    %ebx
        mov     $ENTRY + 4, %si
        call    hex
        mov     $ENTRY, %si
        call    hex
        call    space
        mov     $ENTRY + 12, %si
        call    hex
        mov     $ENTRY + 8, %si
        call    hex
        call    space
        mov     $ENTRY + 16, %si
        call    hex
        mov     $line, %si
        call    print
        pop     %ebx
        test    %ebx, %ebx
        jnz     map
done:   mov     $end, %si
        call    print
stop:   hlt
        jmp     stop

# Whether what is written at 1 MiB shows at 0, too: then the gate is closed.
is_open:
        movw    $0x1234, 0x500
        movw    $0x4321, %es:0x510
        mov     $open, %si
        cmpw    $0x1234, 0x500
        je      print
        mov     $closed, %si

# The text at %si.
print:  lodsb
        test    %al, %al
        jz      back
        call    put
        jmp     print

# The 32 bits at %si, as eight digits.
hex:    mov     (%si), %ebp
        mov     $8, %cx
digit:  rol     $4, %ebp
        mov     %bp, %bx
        and     $15, %bx
        mov     digits(%bx), %al
        call    put
        loop    digit
back:   ret

space:  mov     $' ', %al

# The character in %al, when the serial port takes it.
put:    mov     %al, %ah
        mov     $COM1 + 5, %dx
busy:   in      %dx, %al
        test    $0x20, %al
        jz      busy
        mov     %ah, %al
        mov     $COM1, %dx
        out     %al, %dx
        ret

digits: .ascii  "0123456789abcdef"
hello:  .asciz  "\nqgen: hello from the boot sector\n"
ticks:  .asciz  "qgen: the timer ticks\n"
open:   .asciz  "qgen: A20 is open\n"
closed: .asciz  "qgen: A20 is closed\n"
end:    .asciz  "qgen: end"
line:   .asciz  "\n"
