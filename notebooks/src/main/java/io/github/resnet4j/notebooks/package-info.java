/**
 * Java notebooks in Jupyter's format, executed by JShell: by {@link io.github.resnet4j.notebooks.Kernel} in Jupyter, and
 * by {@link io.github.resnet4j.notebooks.NotebookRunner} without it. Both use the one {@link
 * io.github.resnet4j.notebooks.Evaluator}, so a cell does the same in either. The public packages:
 *
 * <ul>
 *   <li>{@code notebooks}: all of it
 * </ul>
 */
package io.github.resnet4j.notebooks;
