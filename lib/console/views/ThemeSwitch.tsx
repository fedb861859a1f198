import { useState } from "preact/hooks";
import { chooseTheme, chosenTheme, type Theme } from "../model/theme";

const NAMES: Readonly<Record<Theme, string>> = { system: "auto", light: "light", dark: "dark" };

export function ThemeSwitch() {
  const [theme, setTheme] = useState(chosenTheme);
  return (
    <select
      class="theme"
      aria-label="Theme"
      title="Theme"
      value={theme}
      onChange={(event) => {
        const chosen = event.currentTarget.value as Theme;
        chooseTheme(chosen);
        setTheme(chosen);
      }}
    >
      {Object.entries(NAMES).map(([name, text]) => (
        <option key={name} value={name}>
          {text}
        </option>
      ))}
    </select>
  );
}
