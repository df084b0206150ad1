package emulator

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// A page of a thousand files of a procedural My Drive, with the fields that a scanner wants.
func BenchmarkGoogleFiles(b *testing.B) {
	w := NewWorld(Options{Seed: 7, People: 9, Assets: 60_000})
	s := NewServer(w, ServerOptions{})
	h := s.googleHandler()
	var who Person
	for _, p := range w.Places() {
		if owner, _ := w.Person(p.Owner); p.Kind == KindMyDrive && !owner.Left {
			who = owner
		}
	}
	r := httptest.NewRequest("GET", "/drive/v3/files?pageSize=1000&q='me'+in+owners+and+trashed+%3D+false&fields=nextPageToken,files(id,name,mimeType,trashed,parents,driveId,ownedByMe,createdTime,modifiedTime,size,md5Checksum,headRevisionId,shared,webViewLink,lastModifyingUser/emailAddress)", nil)
	r.Header.Set("Authorization", "Bearer ya29."+s.seal(grant{Person: who.ID, Scopes: []string{"drive.metadata.readonly"}, Expires: time.Now().Add(time.Hour).Unix()}))
	for b.Loop() {
		answer := httptest.NewRecorder()
		h.ServeHTTP(answer, r)
		if answer.Code != http.StatusOK {
			b.Fatal(answer.Code, answer.Body)
		}
	}
	b.ReportMetric(float64(b.N)*1000/b.Elapsed().Seconds(), "files/s")
}
