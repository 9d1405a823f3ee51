import { render } from 'preact';
import { App } from './app.tsx';
import './style.css';

render(<App />, document.getElementById('app')!);

if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  // Not before all that is shown is here. Without it the page works as long as there is a network
  addEventListener('load', () => navigator.serviceWorker.register('./service-worker.js').catch(() => {}));
}
