/**
 * What a run writes for people and programs: the log, charts, the HTML page with its sections, the same as JSON, and the
 * model's card.
 */
package io.github.resnet4j.finetune.internal.report;
