"""Why a file was refused, or what it is another of, in the language of the page.

`corpus` says it in an English sentence, and that sentence is what is kept. For a
page in another language it is recognised here, taken apart and put together
again. What is not recognised (a sentence of an older version) stays as it is.

Names of files come from strangers: each sentence is recognised in a time that
grows with its length, whatever is in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from flask_babel import get_locale, gettext

from corpus.languages import NAMES
from webapp import languages

LONGEST = 5_000  # characters; no sentence of ours has more

# Values that are numbers; each other value is whatever stands there.
NUMBERS = frozenset({
    "byte", "count", "least", "method", "most", "number", "page", "port", "seconds", "size",
    "status", "times", "total",
})  # fmt: skip


def N_(message: str) -> str:  # the name by which the catalogue finds messages
    """A message that is translated when it is shown."""
    return message


def in_words(sentence: str) -> str:
    """A reason that was kept, in the language of the page."""
    if languages.current() == "en":
        return sentence
    parts = _taken_apart(sentence)
    return "".join(_put_together(*part) for part in parts) if parts else sentence


def lang(sentence: str) -> str:
    """The `lang` of what `in_words` makes of it: English where it was not recognised."""
    page = languages.current()
    return languages.HTML_LANG[page if page == "en" or _taken_apart(sentence) else "en"]


# What corpus and the desk say of files. A test finds those that are missing here.
SENTENCES = (
    # Any file
    N_("%(name)s is empty (0 bytes). If it was copied or fetched, do that again."),
    N_("%(name)s is %(size)s MB; %(most)s MB is the most. Divide it into parts."),
    N_("%(name)s is not an ordinary file (%(what)s). Bring the text itself."),
    N_("%(name)s cannot be read: %(why)s."),
    N_("%(name)s cannot be read: permission denied. Give this user access to it."),
    N_("%(name)s is a link that leads outside its folder. Bring the file itself."),
    N_("%(name)s is a link to a file that is not there. Check the path and bring it again."),
    N_("%(name)s is not there. Check the path and bring it again."),
    N_(
        "%(name)s changed while it was read. Wait until it is written completely and bring it again."
    ),
    N_("%(name)s holds no text."),
    N_("%(name)s holds more than %(most)s paragraphs. Divide it into parts."),
    N_("%(name)s holds more text than a library takes (%(most)s MiB). Divide it into parts."),
    N_("%(name)s is nested too deeply. Save it in a simpler form."),
    N_("%(name)s could not be read (%(error)s). Save it again in a simpler form."),
    N_(
        "Reading %(name)s took more than %(seconds)s seconds and was stopped. Divide the file or save it in a simpler form."
    ),
    N_(
        "Reading %(name)s needed more than %(most)s MiB or broke its reader. Divide the file or save it in a simpler form."
    ),
    N_(
        "Reading %(name)s gave an answer that makes no sense: the file is damaged, or made to do harm. Save it again in a simpler form."
    ),
    N_(
        "The process that reads files could not be started. Is there enough memory? Try: %(path)s -c 'import corpus.child'"
    ),
    # A table of people
    N_(
        "%(name)s is an old Excel workbook, or protected with a password. Open it and save it as .xlsx or CSV."
    ),
    N_("%(name)s is not an Excel workbook. Save the table as .xlsx or CSV."),
    N_(
        "%(name)s is not an Excel workbook that can be read (%(error)s). Open it in Excel or LibreOffice and save it as CSV (UTF-8)."
    ),
    N_(
        "%(name)s cannot be read as a table from line %(number)s on: a quotation mark is not closed there. Correct it and bring it again."
    ),
    N_("%(name)s holds no table. Put the people into its first sheet."),
    N_("%(name)s would unpack to more than %(most)s MB. Save the table alone as CSV (UTF-8)."),
    N_(
        "%(name)s has %(count)s columns in line %(number)s; %(most)s are the most. Keep the columns that speak of people and units."
    ),
    N_(
        "%(name)s has more than %(most)s rows. Divide it into parts, and bring in one after the other."
    ),
    # What it is instead of a text
    N_(
        "%(name)s is damaged, or is something other than its name says. Fetch it again, or open it in the program that made it and save it anew."
    ),
    N_(
        "%(name)s is not a text file or document that the library knows. Save or export it as .epub, .docx, .pdf or .txt."
    ),
    N_(
        "%(name)s is not in a format the library reads (%(known)s). Save it as Markdown or plain text."
    ),
    N_(
        "%(name)s is an old Word document (before 2007). Open it in Word or LibreOffice and save it as .docx."
    ),
    N_("%(name)s is an old Excel workbook. Save what is to be studied as .docx or .pdf."),
    N_("%(name)s is an old PowerPoint presentation. Export it as .pdf."),
    N_(
        "%(name)s is a document of an old office program. Open it there and save it anew. Open it in Word or LibreOffice and save it as .docx."
    ),
    N_(
        "%(name)s is protected with a password or is an old Word document. Open it in Word, remove the protection and save it as .docx."
    ),
    N_("%(name)s is an RTF document. Open it in Word or LibreOffice and save it as .docx."),
    N_("%(name)s is an OpenDocument text. Open it in LibreOffice and save it as .docx."),
    N_("%(name)s is an OpenDocument spreadsheet. Save what is to be studied as .docx or .pdf."),
    N_("%(name)s is an OpenDocument presentation. Export it as .pdf."),
    N_("%(name)s is a flat OpenDocument file. Open it in LibreOffice and save it as .docx."),
    N_(
        "%(name)s is a Word document in one XML file. Open it in Word or LibreOffice and save it as .docx."
    ),
    N_("%(name)s is an Excel workbook. Save what is to be studied as .docx or .pdf."),
    N_("%(name)s is a PowerPoint presentation. Export it as .pdf."),
    N_("%(name)s is a document of Apple Pages, Numbers or Keynote. Export it as .docx or .epub."),
    N_(
        "%(name)s is a Kindle or Mobipocket book. Convert it to EPUB (Calibre can do it) and bring that."
    ),
    N_("%(name)s is a Kindle book. Bring an edition without copy protection, as .epub."),
    N_("%(name)s is a FictionBook. Convert it to EPUB (Calibre can do it) and bring that."),
    N_("%(name)s is a DjVu scan. Convert it to a PDF with a text layer (OCR)."),
    N_("%(name)s is a Windows help file. Convert it to EPUB (Calibre can do it) and bring that."),
    N_(
        "%(name)s is a Microsoft Reader book. Convert it to EPUB (Calibre can do it) and bring that."
    ),
    N_("%(name)s is a PostScript file. Convert it to PDF."),
    N_('%(name)s is a web archive (MHTML). Save the page again as "Web page, HTML only".'),
    N_("%(name)s is a web archive of Safari. Save the page again as page source (.html)."),
    N_(
        "%(name)s is a feed, not a text. Bring the text itself, as .epub, .docx, .pdf, .md or .txt."
    ),
    N_("%(name)s is only the contents list of an EPUB. Bring the whole .epub file."),
    N_(
        "%(name)s is an XML file that is not a web page. Save or export it as .epub, .docx, .pdf or .txt."
    ),
    N_("%(name)s is a zip archive. Unpack it and bring the files that are in it."),
    N_("%(name)s is a damaged zip archive. Fetch or pack it again."),
    N_("%(name)s is a gzip archive. Unpack it and bring the files that are in it."),
    N_("%(name)s is a bzip2 archive. Unpack it and bring the files that are in it."),
    N_("%(name)s is an xz archive. Unpack it and bring the files that are in it."),
    N_("%(name)s is a zstd archive. Unpack it and bring the files that are in it."),
    N_("%(name)s is a 7-Zip archive. Unpack it and bring the files that are in it."),
    N_("%(name)s is a RAR archive. Unpack it and bring the files that are in it."),
    N_("%(name)s is a tar archive. Unpack it and bring the files that are in it."),
    N_("%(name)s is a cabinet archive. Unpack it and bring the files that are in it."),
    N_(
        "%(name)s is a program (Java), not a text file. Bring the text itself, as .epub, .docx, .pdf, .md or .txt."
    ),
    N_(
        "%(name)s is a program, not a text file. Bring the text itself, as .epub, .docx, .pdf, .md or .txt."
    ),
    N_("%(name)s is a picture. Bring its words: write them down, or make a PDF with a text layer."),
    N_("%(name)s is a sound recording. Bring a transcript as .txt or .md."),
    N_("%(name)s is a video. Bring a transcript as .txt or .md."),
    N_(
        "%(name)s is a font, not a text file. Bring the text itself, as .epub, .docx, .pdf, .md or .txt."
    ),
    N_(
        "%(name)s is a database, not a text file. Bring the text itself, as .epub, .docx, .pdf, .md or .txt."
    ),
    N_(
        "%(name)s is only a pointer of Git LFS, not the file itself. Run `git lfs pull` in its folder and bring it again."
    ),
    N_("%(name)s is a side file of macOS without text. It can be deleted."),
    N_(
        "%(name)s is an archive of too many files; no book has so many. Unpack it and bring the files that are to be read."
    ),
    # Plain text and Markdown
    N_("%(name)s contains NUL bytes: it is not a text file. Save it as plain text in UTF-8."),
    N_("%(name)s is not a text file. Save it as plain text in UTF-8."),
    N_("%(name)s is empty: there is no text in it."),
    N_(
        "The encoding of %(name)s cannot be told. Open it in a text editor, save it as UTF-8 and bring it again."
    ),
    N_("%(name)s says it is %(encoding)s and is damaged at byte %(byte)s. Save it again as UTF-8."),
    N_(
        '%(name)s seems to be written in %(language)s; the library holds English and Chinese. If that is wrong, add front matter with "language: en" or "language: zh".'
    ),
    N_(
        '%(name)s seems to hold data, not words of a language. If that is wrong, add front matter with "language: en" or "language: zh".'
    ),
    N_('The front matter of %(name)s is not closed. Put a line "%(line)s" after its last field.'),
    N_(
        'The front matter of %(name)s is longer than 64 KB. Put a line "%(line)s" after its last field.'
    ),
    N_(
        'The front matter of %(name)s is not a list of fields. Write one a line, as in "title: On patience".'
    ),
    N_(
        'The front matter of %(name)s is not valid YAML at line %(number)s: %(error)s. Often a value with a colon needs quotes: title: "One: two".'
    ),
    N_(
        'The front matter of %(name)s is not valid YAML: %(error)s. Often a value with a colon needs quotes: title: "One: two".'
    ),
    N_(
        'The front matter of %(name)s is not valid TOML: %(error)s. Write one field a line, as in title = "On patience".'
    ),
    N_('%(name)s has no "title:" line. Add one and run: xinde library build'),
    N_('%(name)s has an empty "title:" line. Write a title and run: xinde library build'),
    N_('The title of %(name)s is not text (%(value)s). Put it in quotes: title: "..."'),
    N_(
        "The title of %(name)s has %(count)s characters; %(most)s is the most. Shorten it and run: xinde library build"
    ),
    N_("%(name)s has a title and no text under it. Add the text and bring it again."),
    N_(
        '%(name)s is in a series and has no "series_position:" line. Add its number and run: xinde library build'
    ),
    N_(
        '%(name)s says "language: %(value)s"; the library knows en and zh. Correct it or leave it out and run: xinde library build'
    ),
    N_(
        '%(name)s says "%(key)s: %(value)s"; it must be one of %(allowed)s. Correct it or leave it out and run: xinde library build'
    ),
    N_(
        '"%(key)s:" of %(name)s is not text (%(value)s). Put it in quotes and run: xinde library build'
    ),
    N_(
        '"%(key)s:" of %(name)s is not a list of texts (%(value)s). Put each on a line of its own, with a dash and run: xinde library build'
    ),
    N_(
        '"%(key)s:" of %(name)s has %(count)s entries; %(most)s is the most. Shorten it and run: xinde library build'
    ),
    N_(
        '"%(key)s:" of %(name)s has %(count)s characters; %(most)s is the most. Shorten it and run: xinde library build'
    ),
    N_(
        '"%(value)s" in "%(key)s:" of %(name)s is not an id. Ids are small letters, digits and hyphens, as in field-investigation. Correct it and run: xinde library build'
    ),
    N_(
        '"%(key)s: %(value)s" of %(name)s is not a whole number from %(least)s to %(most)s. Correct it or leave it out and run: xinde library build'
    ),
    # Word documents
    N_("There is no text in %(name)s: it is empty, or holds pictures only."),
    N_("%(name)s is nested too deeply. Open it in Word and save it again in a simpler form."),
    N_("%(name)s is nested too deeply to be a real document. Open it in Word and save it again."),
    N_("%(name)s is damaged: parts of it do not fit together. Open it in Word and save it again."),
    N_("%(name)s is damaged or was cut short: it is not a whole Word document. Copy it again."),
    N_(
        "%(name)s holds %(count)s entries; a Word document has some dozens. Open it in Word and save it again."
    ),
    N_(
        "%(name)s is protected with a password. Open it in Word, remove the password and save it again."
    ),
    N_("%(name)s is protected with a password. Save a copy without a password and bring it again."),
    N_("%(name)s is not a Word document: it has no text part."),
    N_(
        "%(name)s declares entities in %(part)s, which no Word document does. It may be meant to do harm; open it in Word and save it again."
    ),
    N_("%(name)s unpacks to more than a text can be (%(part)s). Divide it into several documents."),
    # EPUB
    N_(
        "There is no text in %(name)s: its pages are pictures, or empty. Bring an edition with text."
    ),
    N_("%(name)s lists no documents: there is no text in it."),
    N_(
        "%(name)s is damaged or was cut short: %(count)s of its %(total)s documents are missing or cannot be read. Copy or fetch it again."
    ),
    N_("%(name)s is damaged or was cut short: it is not a whole EPUB. Copy or fetch it again."),
    N_(
        "%(name)s is an archive of too many files: %(most)s is the most for a book. Bring the book alone."
    ),
    N_(
        "%(name)s is protected (DRM): only its shop's program can open it. Bring an edition without protection."
    ),
    N_("%(name)s is locked with a password. Bring it unlocked."),
    N_(
        "%(name)s unpacks to more than a book has: %(part)s in it to %(size)s MB. %(most)s MB is the most for one document."
    ),
    N_(
        "%(name)s unpacks to more than a book has: its documents together to more than %(most)s MB."
    ),
    N_(
        "%(name)s is damaged: its list of contents (%(part)s) cannot be read. Copy or fetch it again."
    ),
    N_(
        "%(name)s is no EPUB: there is no package file (.opf) in its archive. If it is a zip archive of texts, unpack it and bring those."
    ),
    # Web pages
    N_(
        "There is no text in %(name)s: the page fills itself with a script, or holds pictures only. Save it from the browser once it is shown, or copy its text into a .txt file."
    ),
    N_("%(name)s is only a frame around other pages. Save the page that holds the text."),
    N_("%(name)s holds %(size)s MB of page; %(most)s MB is the most. Divide it into parts."),
    # PDF
    N_("%(name)s is damaged: no page of it can be found."),
    N_("%(name)s has %(count)s pages; %(most)s is the most. Divide it into parts."),
    N_("%(name)s is damaged: page %(page)s cannot be read. Export or download it once more."),
    N_(
        "%(name)s is too large to be read at once: page %(page)s of %(count)s was reached. Divide it into parts."
    ),
    N_(
        "Page %(page)s of %(name)s holds more than %(most)s characters, which no page can show. Export the document once more."
    ),
    N_("%(name)s is damaged or cut off: it cannot be opened as a PDF. Download it once more."),
    N_(
        "%(name)s is protected by its publisher (DRM) and cannot be read. Ask them for a copy without protection."
    ),
    N_("%(name)s is not a PDF, or its beginning is missing. Download or copy it once more."),
    N_("%(name)s is cut off: its end is missing. Download or copy it once more."),
    N_(
        "The text layer of %(name)s cannot be read: its fonts do not say which characters they show. Export it once more, or run text recognition (OCR) on it."
    ),
    N_(
        "%(name)s has no text layer: this PDF is a scan. Run text recognition (OCR) on it and bring it again."
    ),
    N_("%(name)s has no text: its pages are empty."),
    # Archives
    N_("%(name)s is not an ordinary file."),
    N_("%(name)s cannot be written: %(why)s."),
    N_("The disk is full: %(name)s was left out. Free some room and run again."),
    N_(
        "%(name)s is damaged: its list of files, which stands at the end, is not whole. Often a download or a copy broke off. Get it again."
    ),
    N_("%(name)s is one part of an archive in several parts. Bring it as one file."),
    N_("%(name)s is empty: there is no file in it."),
    N_("%(name)s holds too many files. Divide it into several archives."),
    N_("%(name)s holds more than %(most)s files. Divide it into several archives."),
    N_(
        "%(name)s was left out: the archive holds more than %(most)s MB unpacked. Divide it into several archives."
    ),
    N_(
        "%(name)s has a name that leads out of the archive's folder. Rename it or bring the file by itself."
    ),
    N_("%(name)s would be written outside of %(folder)s."),
    N_(
        "%(name)s lies in more than %(most)s folders inside one another. Move it up and make the archive again."
    ),
    N_(
        "%(name)s is an archive in an archive that was in an archive. Unpack it yourself and bring the files."
    ),
    N_("%(name)s is damaged in the archive. Make the archive again or bring this file by itself."),
    N_(
        "%(name)s is damaged in the archive (its checksum is wrong). Make the archive again or bring this file by itself."
    ),
    N_(
        "%(name)s is protected with a password. Unpack it yourself with the password and bring the file."
    ),
    N_("%(name)s is a link to another place, not a file. Bring the file itself."),
    N_("%(name)s is a device or a pipe, not a file."),
    N_(
        "%(name)s is packed in an unusual way (method %(method)s). Make the archive again as an ordinary zip."
    ),
    N_(
        "%(name)s shares its bytes with another entry, as in an archive made to fill the disk. Make the archive again from the files."
    ),
    N_(
        "%(name)s unpacks to more than %(times)s times its size, as in an archive made to fill the disk. It was not unpacked."
    ),
    N_("%(name)s is larger than %(most)s MB unpacked. Divide it into parts."),
    # Files that are brought
    N_(
        "It is larger than %(most)s MB. Divide it, or let an administrator bring it with: xinde library add"
    ),
    N_("It could not be kept: %(why)s. Tell an administrator and send it again."),
    N_("It cannot be kept in %(folder)s: %(why)s."),
    N_("It cannot be read: %(why)s."),
    N_("It is no longer there: a backup was restored, or the folder was cleared. Send it again."),
    N_(
        "A file of this name is in the library and has other content. Tick “replace” and send it again, or give it another name."
    ),
    N_("The text as it was before stays in the library."),
    N_("The file is gone"),
    N_("Its file is gone."),
    N_('There is no file for "%(slug)s" in the library. See: xinde library files'),
    N_('The same file as "%(title)s" (%(slug)s)'),
    N_("The same file as %(slug)s"),
    N_('The same words as "%(title)s" (%(slug)s)'),
    N_("The same words as %(slug)s"),
    N_('A translation of "%(title)s" (%(slug)s)'),
    N_("A translation of %(slug)s"),
    N_('Another edition of "%(title)s" (%(slug)s)'),
    N_("Another edition of %(slug)s"),
    # The library and its folders
    N_("There is no file %(path)s. Check the path and run again."),
    N_("%(folder)s is a file, not a folder. Nothing was changed. Name the folder it is in."),
    N_(
        "The folder %(folder)s is not there. Nothing was changed. Is its disk connected? Check the path and run again."
    ),
    N_(
        "The folder %(folder)s cannot be read: %(why)s. Nothing was changed. Give this user access to it and run again."
    ),
    N_(
        "The folder %(folder)s gave texts before and is empty now. Nothing was changed. Is its disk connected? To take its texts out on purpose, withdraw each with: xinde library withdraw SLUG"
    ),
    N_(
        "The folder %(folder)s cannot be made: %(why)s. Choose another folder or ask for write access."
    ),
    N_(
        "The disk is full: %(path)s could not be written. Nothing half done was kept. Free some space and run the same command again."
    ),
    N_(
        "The library %(path)s cannot be written. Give this user write access to the file and its folder and run again."
    ),
    N_(
        "The library %(path)s is open for reading only: its folder cannot be written. Give this user write access to the folder and run again."
    ),
    N_("Another process is writing to %(path)s. Wait until it is done and run again."),
    N_(
        "%(path)s is not a library, or it is damaged (%(error)s). Move it away and run: xinde library build"
    ),
    N_(
        "The library %(path)s cannot be opened. Check that its folder exists and that this user may read and write it."
    ),
    N_(
        "The library %(path)s failed: %(error)s. If it stays so, move it away and run: xinde library build"
    ),
    N_("There is no library at %(path)s. Make one with: xinde library build"),
    N_("%(path)s is a folder; a library is a file. Name the file."),
    N_(
        "%(path)s is an SQLite file and not a library of Xinde. Name another file, or move this one away and run: xinde library build"
    ),
    N_(
        "The library %(path)s was made by a newer version of Xinde. Update Xinde, or move the file away and run: xinde library build"
    ),
    N_(
        "The library %(path)s was made by an older version of Xinde and cannot be changed. Give this user write access to its folder and run: xinde library build"
    ),
    N_("The library %(path)s was closed and is asked again."),
    # Addresses on the web
    N_("%(address)s is not a web address. Check it."),
    N_("%(address)s is not a web address. It must begin with https:// or http:// and name a host."),
    N_(
        "The address %(address)s holds a name or a password. Xinde brings in what is open to all: leave out everything before the @."
    ),
    N_("%(address)s names no host that can exist. Check the address."),
    N_(
        "%(address)s names the port %(port)s. Only the usual ports, 80 and 443, are used where the administrator's own address names no other."
    ),
    N_("%(address)s leads on and on, to more than %(most)s other addresses. Check the address."),
    N_("%(address)s leads to something that is no address."),
    N_(
        "%(address)s leads from an encrypted connection to one that is not (%(other)s). It was not followed."
    ),
    N_(
        "%(address)s leads into a private network (%(other)s), where Xinde fetches nothing. Only addresses on the open internet can be used."
    ),
    N_(
        "There is no host %(host)s, or its name cannot be looked up now. Check the address and the network."
    ),
    N_("%(address)s did not answer in full within %(seconds)s seconds. Try again later."),
    N_("%(address)s cannot be reached (%(error)s). Try again later."),
    N_("%(address)s broke off or was damaged on the way. Try again later."),
    N_("%(address)s gave an answer that is no HTTP (%(error)s)."),
    N_(
        "%(address)s does not prove who it is (%(error)s). Check the address; ask its operator to renew the certificate."
    ),
    N_("No encrypted connection to %(address)s could be made (%(error)s)."),
    N_(
        "%(address)s is not open to all (the server answered %(status)s). Fetch it yourself and bring the file."
    ),
    N_("There is nothing at %(address)s (%(status)s). Check the address."),
    N_("%(address)s cannot answer now (%(status)s). Try again later."),
    N_("%(address)s answered %(status)s, which is no file. Check the address."),
    N_("%(address)s is larger than %(most)s MB and was not fetched."),
    N_(
        "%(address)s was sent packed in a way that was not asked for. Fetch it yourself and bring the file."
    ),
    # Catalogues
    N_("%(address)s is larger than a page of a catalogue may be."),
    N_(
        "%(address)s is a web page, not a catalogue. Look on it for the address of its OPDS feed and use that."
    ),
    N_("%(address)s defines entities, which no catalogue needs. It was not read."),
    N_("%(address)s is XML, but no OPDS catalogue (it begins with <%(tag)s>). Check the address."),
    N_(
        "%(address)s is no catalogue that can be read (%(error)s). Check that the address is that of an OPDS feed."
    ),
    N_(
        "%(address)s is no catalogue that can be read. Check that the address is that of an OPDS feed."
    ),
    N_(
        "Only the first %(most)s books were taken. Give the address of a section of the catalogue to take others."
    ),
    N_(
        "The catalogue has more than %(most)s pages; the rest was not looked at. Give the address of one of its sections."
    ),
    N_(
        "The catalogue took too long; the rest was not looked at. Run again later, or give the address of one of its sections."
    ),
    N_("%(title)s was not fetched. %(reason)s"),
    N_(
        "%(title)s was not fetched: %(address)s gave something that is no %(format)s file. Fetch it yourself and bring the file."
    ),
    N_("It comes only in formats that Xinde does not read (%(formats)s)."),
    N_("It is for sale, not open to all."),
    N_("It is lent, not open to all."),
    N_("It is for subscribers, not open to all."),
    N_("Only a sample of it is open to all."),
    N_("It is not open to all."),
    N_("The catalogue gives no address to fetch it from."),
    N_("%(path)s cannot be written: the disk is full. Free some room and run again."),
    N_("%(path)s cannot be written: %(why)s. Check its folder and run again."),
)

# What stands inside such sentences.
PHRASES = frozenset(
    {
        # What a file is that is none
        N_("a folder"),
        N_("a pipe"),
        N_("a socket"),
        N_("a device"),
        N_("a link"),
        N_("something else"),
        # What the system says
        N_("Permission denied"),
        N_("Operation not permitted"),
        N_("No such file or directory"),
        N_("Is a directory"),
        N_("Not a directory"),
        N_("File name too long"),
        N_("File too large"),
        N_("Too many open files"),
        N_("Too many levels of symbolic links"),
        N_("Device or resource busy"),
        N_("Input/output error"),
        N_("No space left on device"),
        N_("Disk quota exceeded"),
        N_("Read-only file system"),
        N_("Stale file handle"),
        N_("Cannot allocate memory"),
        N_("Connection refused"),
        N_("Connection reset by peer"),
        N_("Connection timed out"),
        N_("Network is unreachable"),
        N_("No route to host"),
        # What a reader says
        N_("it cannot be read"),
        N_("mapping values are not allowed here"),
    }
)


# Taking apart


@dataclass(frozen=True)
class _Template:
    message: str
    pattern: re.Pattern[str]
    end: str  # what stands after its last value

    def values(self, sentence: str) -> dict[str, str] | None:
        if not sentence.endswith(self.end):
            return None
        found = self.pattern.fullmatch(sentence)
        return found.groupdict() if found else None


Part = tuple[str, Mapping[str, str]]  # a message, and the values in it


@lru_cache(maxsize=512)
def _taken_apart(sentence: str) -> tuple[Part, ...]:
    """The messages that a sentence is made of, with their values; () if it is none of ours."""
    if len(sentence) > LONGEST:
        return ()
    for message in _appended():
        before = sentence.removesuffix(f" {message}")
        if before != sentence and (parts := _taken_apart(before)):
            return (*parts, (message, {}))
    for template in _templates():
        if (values := template.values(sentence)) is not None:
            return ((template.message, values),)
    return ()


@cache
def _appended() -> tuple[str, ...]:
    """Messages without values: they may follow any other."""
    return tuple(t.message for t in _templates() if "%(" not in t.message)


@cache
def _templates() -> tuple[_Template, ...]:
    """The one with most words of its own first: it says most."""
    made = [_template(message) for message in SENTENCES]
    return tuple(sorted(made, key=lambda t: -len(_VALUE.sub("", t.message))))


_VALUE = re.compile(r"%\((\w+)\)s")
_NUMBER = r"-?\d++(?:,\d{3})*+(?:\.\d++)?+"


def _template(message: str) -> _Template:
    """`%(name)s is %(size)s MB.` as a pattern.

    Each value ends where the words after it stand first, and the pattern does not
    go back on that (`(?>...)`): if the sentence fits at all, it fits so, and no
    name can make it try for long. Only the last value goes on to the end.

    `why` is what a system says, with no stop or colon in it: else it would take in
    whole sentences. The value before it may have to end later, and so may go back.
    """
    words = _VALUE.split(message)
    pattern, run, name = "", _written(words[0]), ""
    for name_after, after in zip(words[1::2], words[2::2], strict=True):
        if name_after in NUMBERS:
            run += f"(?P<{name_after}>{_NUMBER}){_written(after)}"
            continue
        pattern += f"(?>{run})" if name and name_after != "why" else run
        name = name_after
        run = f"(?P<{name}>{'[^.:]' if name == 'why' else '.'}*?){_written(after)}"
    return _Template(message, re.compile(pattern + run, re.DOTALL), words[-1].replace("%%", "%"))


def _written(words: str) -> str:
    return re.escape(words.replace("%%", "%"))


# Putting together


def _put_together(message: str, values: Mapping[str, str]) -> str:
    return str(gettext(message, **dict(_translated(values))))


def _translated(values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if name == "reason":
            yield name, in_words(value)
        elif name == "language":
            yield name, _language(value)
        elif name in ("what", "why", "error") and value in PHRASES:
            yield name, str(gettext(value))
        else:
            yield name, value


def _language(english: str) -> str:
    """French, or a language that has only its code, as the page calls it."""
    codes = {name: code for code, name in NAMES.items()}
    code = codes.get(english) or english.removeprefix('the language "').rstrip('"')
    locale = get_locale()
    return str(locale.languages.get(code, english)) if locale else english
