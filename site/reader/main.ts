import { h } from './element.ts';
import { runReader } from './run.ts';
import { openStore } from './store.ts';

const { openFiles, openNumber } = await runReader(await openStore());

// Whatever else went wrong is said as it is: silence would look like success.
addEventListener('unhandledrejection', ({ reason }) =>
  document.body.prepend(h('p', { role: 'alert' }, String(reason))),
);
addEventListener('hashchange', () => void openNumber());
for (const type of ['dragover', 'dragleave', 'drop'] as const) {
  addEventListener(type, (event) => {
    event.preventDefault();
    document.querySelector('.drop')?.classList.toggle('over', type === 'dragover');
    if (type === 'drop') void openFiles(Array.from(event.dataTransfer?.files ?? []));
  });
}
