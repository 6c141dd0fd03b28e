/** One run, from its configuration to its folder: loads data and network, trains, and reports. */
package io.github.resnet4j.finetune.run;
