// Pages that have no script of their own.
import "../base";
