// What every page loads. Each module listens on the document, so that parts htmx brings later work too.
import './requests.js';
import './toasts.js';
import './dialogs.js';
import './sending.js';
import './keyboard.js';
import './filters.js';
import './bell.js';
import './pictures.js';
