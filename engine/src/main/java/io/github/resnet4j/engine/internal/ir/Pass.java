package io.github.resnet4j.engine.internal.ir;

/** One kind of rewriting. Nothing moves: what a pass takes into another node is no longer read, and so falls out. */
interface Pass {
    /**
     * The node to stand at {@code position}: of the same name, value and extent as the one there, and reading whatever
     * stands before it.
     */
    ProgramNode rewrite(Analysis program, int position);
}
