package io.github.resnet4j.faults;

/**
 * What a row found, where and when.
 *
 * @param bar its identifier
 * @param asked the bar in a sentence
 * @param verdict on it
 * @param figure the number that the verdict rests on, in words
 * @param trials how often it was tried
 * @param full whether at the length that the bar asks for
 * @param seconds it took
 * @param command that measures it again
 * @param date of the measurement
 * @param machine processor and its widest vector instructions, cores, system and Java
 */
record Result(
        String bar,
        String asked,
        Verdict verdict,
        String figure,
        long trials,
        boolean full,
        long seconds,
        String command,
        String date,
        String machine) {}
