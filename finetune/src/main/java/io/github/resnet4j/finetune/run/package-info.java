/** One run from its configuration to its folder: data and network put together, trained, reported. */
package io.github.resnet4j.finetune.run;
