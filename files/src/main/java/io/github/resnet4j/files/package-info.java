/**
 * What every module needs of files: writing them whole or not at all, hashing them, and speaking of them in one plain
 * line, with the nearest name that there is. Needs nothing but the JDK.
 *
 * <p>Public packages:
 *
 * <ul>
 *   <li>{@code files}
 * </ul>
 */
package io.github.resnet4j.files;
