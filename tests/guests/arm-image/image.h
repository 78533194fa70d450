/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What image.c offers to the guests that come as raw images.
 * Proves nothing itself.
 */

#ifndef IMAGE_H
#define IMAGE_H

#define REG(address) (*(volatile unsigned *)(address))

/* The guest's own: how one character gets onto the console, and what it does. */
void put_char(char c);
_Noreturn void main(unsigned board);

void put(const char *text);
void report(const char *what, unsigned value);
_Noreturn void finish(void);

#endif
