/** The command line: one class per command; nothing else in the project prints or exits. */
package io.github.resnet4j.cli;
