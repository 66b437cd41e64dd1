/** Measured by hand: what views in PostgreSQL cost. */
package dev.matview.sql.benchmark;
