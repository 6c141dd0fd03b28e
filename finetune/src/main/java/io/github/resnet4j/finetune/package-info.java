/** Training, evaluation, reports and the command line. */
package io.github.resnet4j.finetune;
