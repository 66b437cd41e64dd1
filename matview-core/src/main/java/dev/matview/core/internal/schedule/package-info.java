/** When work is due, and how what fails is tried again. */
@NullMarked
package dev.matview.core.internal.schedule;

import org.jspecify.annotations.NullMarked;
