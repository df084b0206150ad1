package workbook

var oleSignature = []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")

func (s *source) recogniseOLE() error { return notYet("an Excel 97-2003 workbook (xls)") }
