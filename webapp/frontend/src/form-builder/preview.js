// The preview: the server's own page of the form, for the one who is chosen, as wide as a desk or a phone.
export function wirePreview(root, settings, save) {
  const area = root.querySelector('[data-preview-area]');
  const frame = area.querySelector('[data-preview-frame]');
  const who = area.querySelector('[data-preview-who]');
  const width = area.querySelector('[data-preview-width]');
  const filled = area.querySelector('[data-preview-filled]');
  const alone = area.querySelector('[data-preview-alone]');
  const toggle = root.querySelector('[data-preview]');

  function show() {
    const address = `${settings.addresses.preview}?${who.value}${filled.checked && who.value.startsWith('as=') ? '&filled=yes' : ''}`;
    filled.disabled = !who.value.startsWith('as=');
    frame.dataset.width = width.value;
    alone.href = address;
    frame.contentWindow.location.replace(address);
  }

  toggle.addEventListener('click', async () => {
    const opens = area.hidden;
    area.hidden = !opens;
    root.toggleAttribute('data-previewing', opens);
    toggle.setAttribute('aria-pressed', String(opens));
    toggle.querySelector('[data-preview-word]').textContent = opens ? 'Go on building' : 'Preview';
    if (!opens) return;
    await save();
    show();
  });
  for (const control of [who, width, filled]) control.addEventListener('change', show);
  return { refresh: () => { if (!area.hidden) show(); } };
}
