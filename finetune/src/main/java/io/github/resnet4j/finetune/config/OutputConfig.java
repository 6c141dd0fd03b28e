package io.github.resnet4j.finetune.config;

import io.github.resnet4j.datasets.transform.Default;
import java.nio.file.Path;

/**
 * Where results go.
 *
 * @param dir key {@code dir}, default {@code runs}: the folder of all runs, relative to the working directory; a run's
 *     own folder in it is {@link RunConfig#name}
 */
public record OutputConfig(@Default("runs") Path dir) {}
