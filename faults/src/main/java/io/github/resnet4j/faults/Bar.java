package io.github.resnet4j.faults;

/**
 * A row of the table.
 *
 * @param id such as {@code T-1}
 * @param asked a sentence
 * @param measurement how it is measured
 */
record Bar(String id, String asked, Measurement measurement) {}
