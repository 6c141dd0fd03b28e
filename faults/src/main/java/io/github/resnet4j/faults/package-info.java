/**
 * Harms whole programs and looks at what they leave. {@link io.github.resnet4j.faults.FaultsCommand} reads the options and
 * runs the rows of {@link io.github.resnet4j.faults.Bars}, one after another. A row is a {@link
 * io.github.resnet4j.faults.Measurement}: it starts the command line in processes of its own ({@link
 * io.github.resnet4j.faults.Program}), kills, stops or starves them, and counts what went wrong ({@link
 * io.github.resnet4j.faults.Tally}). What it finds is written at once ({@link io.github.resnet4j.faults.Results}), so that
 * the rows can be run in several sittings.
 */
package io.github.resnet4j.faults;
