/**
 * A prediction server. The public packages:
 *
 * <ul>
 *   <li>{@code serving}: the server, its options, and the models that it is given
 * </ul>
 */
package io.github.resnet4j.serving;
