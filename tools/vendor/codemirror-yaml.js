/* The editor of a workflow's definition, over a plain textarea that works without it. It is mounted in a shadow root:
   there style-mod uses adopted style sheets, so that neither a nonce nor 'unsafe-inline' is needed. */
import {EditorState} from "@codemirror/state";
import {EditorView, lineNumbers, highlightActiveLine, highlightActiveLineGutter, keymap, drawSelection} from "@codemirror/view";
import {defaultKeymap, history, historyKeymap} from "@codemirror/commands";
import {yaml} from "@codemirror/lang-yaml";
import {HighlightStyle, syntaxHighlighting, foldGutter, indentOnInput, bracketMatching} from "@codemirror/language";
import {setDiagnostics, lintGutter} from "@codemirror/lint";
import {tags} from "@lezer/highlight";

const colours = HighlightStyle.define([
  {tag: tags.definition(tags.propertyName), color: "#1c4f8f"},
  {tag: tags.propertyName, color: "#1c4f8f"},
  {tag: tags.comment, color: "#5b6775"},
  {tag: tags.string, color: "#17633f"},
  {tag: tags.content, color: "#17212b"},
  {tag: tags.number, color: "#8a3b00"},
  {tag: tags.bool, color: "#8a3b00"},
  {tag: tags.punctuation, color: "#5b6775"},
]);

const mono = '"SF Mono","Cascadia Mono",Consolas,"Noto Sans Mono CJK SC","Noto Sans Mono",monospace';

/* The marks of findings are shapes of colour here: the pictures of the library come as data addresses, which the policy
   refuses. */
const theme = EditorView.theme({
  "&": {fontSize: "14px", height: "100%", backgroundColor: "#fff"},
  ".cm-scroller": {fontFamily: mono, lineHeight: "1.65"},
  ".cm-gutters": {backgroundColor: "#f8f9fb", color: "#576371", borderRight: "1px solid #d9dfe6"},
  "&.cm-focused": {outline: "3px solid #1c4f8f", outlineOffset: "-3px"},
  ".cm-lintRange-error": {backgroundImage: "none", textDecoration: "underline wavy #a3241a 1.5px", textUnderlineOffset: "3px"},
  ".cm-lintRange-warning": {backgroundImage: "none", textDecoration: "underline wavy #7d4e08 1.5px", textUnderlineOffset: "3px"},
  ".cm-lint-marker": {width: "10px", height: "10px", margin: "6px 2px", borderRadius: "50%"},
  ".cm-lint-marker-error": {content: "normal", background: "#c8372b"},
  ".cm-lint-marker-warning": {content: "normal", background: "#c77f12", borderRadius: "2px"},
  ".cm-activeLine": {backgroundColor: "#f3f7fc"},
  ".cm-activeLineGutter": {backgroundColor: "#e6eef8"},
});

function lineOf(view, number) {
  const doc = view.state.doc;
  return doc.line(Math.min(Math.max(1, number), doc.lines));
}

function diagnostic(view, finding) {
  const line = lineOf(view, finding.line);
  const indent = line.text.length - line.text.trimStart().length;
  return {from: line.from + indent, to: line.to, severity: finding.severity, message: finding.message};
}

function goTo(view, number) {
  const line = lineOf(view, number);
  view.dispatch({selection: {anchor: line.from}, effects: EditorView.scrollIntoView(line.from, {y: "center"})});
  view.focus();
}

function edit(area) {
  const host = document.createElement("div");
  host.className = "yaml-host";
  area.after(host);
  const root = host.attachShadow({mode: "open"});
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: area.value,
      extensions: [
        lineNumbers(), foldGutter(), history(), drawSelection(), highlightActiveLine(), highlightActiveLineGutter(),
        indentOnInput(), bracketMatching(), yaml(), syntaxHighlighting(colours), lintGutter(), theme,
        keymap.of([...defaultKeymap, ...historyKeymap]),
        EditorView.contentAttributes.of({"aria-label": area.getAttribute("aria-label") || "YAML", tabindex: "0"}),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) {
            area.value = update.state.doc.toString();
          }
        }),
      ],
    }),
  });
  const findings = JSON.parse(area.dataset.diagnostics || "[]");
  view.dispatch(setDiagnostics(view.state, findings.map((finding) => diagnostic(view, finding))));
  area.hidden = true;
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("a[data-line]");
    if (link) {
      event.preventDefault();
      goTo(view, Number(link.dataset.line));
    }
  });
}

for (const area of document.querySelectorAll("textarea[data-yaml]")) {
  edit(area);
}
