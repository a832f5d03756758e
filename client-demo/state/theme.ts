/** Keeps `<html data-theme>` at what the system asks for; stages put `data-theme="dark"` around themselves. */
export function followSystemTheme(): void {
  const light = matchMedia('(prefers-color-scheme: light)');
  const apply = () => {
    document.documentElement.dataset.theme = light.matches ? 'light' : 'dark';
  };
  light.addEventListener('change', apply);
  apply();
}
