/* A block of ChaCha20's key stream, RFC 8439. */
#pragma once

#include <stdint.h>
#include <string.h>

static inline uint32_t chacha_rotate(uint32_t value, int by) {
    return value << by | value >> (32 - by);
}

static inline void chacha_quarter_round(uint32_t* s, int a, int b, int c, int d) {
    s[a] += s[b];
    s[d] = chacha_rotate(s[d] ^ s[a], 16);
    s[c] += s[d];
    s[b] = chacha_rotate(s[b] ^ s[c], 12);
    s[a] += s[b];
    s[d] = chacha_rotate(s[d] ^ s[a], 8);
    s[c] += s[d];
    s[b] = chacha_rotate(s[b] ^ s[c], 7);
}

/* RFC 8439, 2.3: constants, key, block counter, nonce (here the counter's upper half, and zeros). */
static inline void chacha_block(const uint32_t key[8], uint64_t counter, uint8_t out[64]) {
    uint32_t start[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
    memcpy(start + 4, key, 32);
    start[12] = (uint32_t)counter;
    start[13] = (uint32_t)(counter >> 32);
    uint32_t s[16];
    memcpy(s, start, sizeof s);
    for (int i = 0; i < 10; i++) {
        chacha_quarter_round(s, 0, 4, 8, 12);
        chacha_quarter_round(s, 1, 5, 9, 13);
        chacha_quarter_round(s, 2, 6, 10, 14);
        chacha_quarter_round(s, 3, 7, 11, 15);
        chacha_quarter_round(s, 0, 5, 10, 15);
        chacha_quarter_round(s, 1, 6, 11, 12);
        chacha_quarter_round(s, 2, 7, 8, 13);
        chacha_quarter_round(s, 3, 4, 9, 14);
    }
    for (int i = 0; i < 16; i++)
        s[i] += start[i];
    memcpy(out, s, 64);
}
