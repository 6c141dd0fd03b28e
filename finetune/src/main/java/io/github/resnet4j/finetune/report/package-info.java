/**
 * What a training run leaves behind and shows while it works: the log, the charts, the report and the progress bar.
 *
 * <p>Everything is plain Java: nothing here touches ND4J, so a report can be written or read without loading a native
 * library. Files are written beside their place and renamed into it; a reader sees the old file or the new one, never
 * half of one. Names of classes and files come from the user's data and are escaped wherever they are shown.
 *
 * <p>Accuracies and shares are fractions in [0, 1] everywhere; only what is shown to people is in percent.
 */
package io.github.resnet4j.finetune.report;
