/** What a compiled plan runs, and what each of its steps takes: values for people to read and for programs to add up. */
package io.github.resnet4j.engine.report;
