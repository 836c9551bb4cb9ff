"""Every page of ours is a page of the site, and every link between them leads somewhere.   site_links.py DOCS SITE"""
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.links, self.names = [], set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.names.update(filter(None, [attributes.get("id"), attributes.get("name")]))
        for key in ("href", "src"):
            if attributes.get(key):
                self.links.append(attributes[key])


def main(docs, site):
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}
    wrong = []
    for source in docs.rglob("*.md"):
        relative = source.relative_to(docs).with_suffix("")
        made = site / relative.parent / "index.html" if relative.name == "index" else site / relative / "index.html"
        if made not in pages:
            wrong.append(f"{source.relative_to(docs)}: no page of the site")
    followed = 0
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            # The page for what is not found is written for another place than it lies in.
            if parts.scheme or parts.netloc or path.name == "404.html" or parts.path.startswith("/"):
                continue
            followed += 1
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            target = target / "index.html" if target.is_dir() else target
            if not target.exists():
                wrong.append(f"{path.relative_to(site)}: {link} leads nowhere")
            elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].names:
                wrong.append(f"{path.relative_to(site)}: {link}: nothing is called that there")
    print("\n".join(wrong))
    print(f"{len(pages)} pages, {followed} links followed, {len(wrong)} wrong")
    return 1 if wrong or not followed else 0


sys.exit(main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()))
