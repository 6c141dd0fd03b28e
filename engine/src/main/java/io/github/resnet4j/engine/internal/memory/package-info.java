/** Where in one block of memory the values of a plan go. Only planning: nothing here allocates, or knows what runs. */
package io.github.resnet4j.engine.internal.memory;
