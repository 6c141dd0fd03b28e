package io.github.resnet4j.finetune.internal.report;

import java.util.function.Consumer;

/**
 * A part of a report with a link at its top.
 *
 * @param id where the link goes: the body opens a section with it
 * @param link its words
 * @param body writes the section
 */
public record Section(String id, String link, Consumer<Page> body) {}
