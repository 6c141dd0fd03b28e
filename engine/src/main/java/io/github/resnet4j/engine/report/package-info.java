/** The steps of a compiled plan and the time each takes: tables for people, values for programs. */
package io.github.resnet4j.engine.report;
