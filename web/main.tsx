import { render } from 'preact';
import { App } from './app.tsx';
import './style.css';

render(<App />, document.getElementById('app')!);

if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  // Without it the page works as long as there is a network
  navigator.serviceWorker.register('./service-worker.js').catch(() => {});
}
