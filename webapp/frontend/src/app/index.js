// What every page loads.
import 'htmx.org';
