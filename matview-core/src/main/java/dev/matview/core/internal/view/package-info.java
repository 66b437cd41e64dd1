/**
 * What is held of a view in memory: its generations, which of them is served, and which are kept for bookmarks. Knows
 * neither where they come from nor who reads them.
 */
@NullMarked
package dev.matview.core.internal.view;

import org.jspecify.annotations.NullMarked;
