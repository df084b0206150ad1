package microsoft

import (
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	azcloud "github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/wire"
)

// The ways to sign in. There is no guessing: a machine that happens to have
// another identity at hand must not lend it to us.
const (
	ByCertificate      = "certificate"
	BySecret           = "secret"
	ByWorkloadIdentity = "workload-identity"
	ByManagedIdentity  = "managed-identity"
)

// metadataHost is where a virtual machine asks for its own identity's tokens.
const metadataHost = "169.254.169.254"

// A Credential says how desirepath signs in at Microsoft Entra. Secrets come
// from files or the environment, never from the configuration itself.
type Credential struct {
	Method   string // one of the ways above; "": certificate
	TenantID string // the directory's id, or one of its domains
	ClientID string // the app registration's id; of a managed identity, its client id, or "" for the machine's own

	CertificateFile         string // PEM with certificate and key, or PKCS #12
	CertificatePasswordFile string
	SecretFile              string
	SecretEnv               string // the name of an environment variable
	TokenFile               string // of a workload identity; "": AZURE_FEDERATED_TOKEN_FILE
}

// NewCredential builds the credential for an endpoint's cloud. Its requests
// for tokens pass the tenant's transport like all others. It sends none yet.
func NewCredential(c Credential, endpoint string, t *wire.Transport) (azcore.TokenCredential, error) {
	options, err := clientOptions(endpoint, t)
	if err != nil {
		return nil, err
	}
	if err := c.complete(); err != nil {
		return nil, err
	}
	switch c.Method {
	case ByCertificate, "":
		return c.certificate(options)
	case BySecret:
		return c.secret(options)
	case ByWorkloadIdentity:
		return azidentity.NewWorkloadIdentityCredential(&azidentity.WorkloadIdentityCredentialOptions{
			ClientOptions: options, ClientID: c.ClientID, TenantID: c.TenantID, TokenFilePath: c.TokenFile})
	default:
		o := &azidentity.ManagedIdentityCredentialOptions{ClientOptions: options}
		if c.ClientID != "" {
			o.ID = azidentity.ClientID(c.ClientID)
		}
		return azidentity.NewManagedIdentityCredential(o)
	}
}

func clientOptions(endpoint string, t *wire.Transport) (azcore.ClientOptions, error) {
	if endpoint == "" {
		endpoint = Endpoint
	}
	u, err := parseEndpoint(endpoint)
	if err != nil {
		return azcore.ClientOptions{}, err
	}
	c, err := cloudOf(u)
	if err != nil {
		return azcore.ClientOptions{}, err
	}
	return azcore.ClientOptions{
		Cloud:     azcloud.Configuration{ActiveDirectoryAuthorityHost: "https://" + c.login + "/"},
		Transport: &http.Client{Transport: t},
		Retry:     policy.RetryOptions{MaxRetries: -1}, // the transport does it
	}, nil
}

// complete says what is missing.
func (c Credential) complete() error {
	need := func(what, value string) error {
		if value == "" {
			return fmt.Errorf("signing in by %s needs %s", c.Method, what)
		}
		return nil
	}
	switch c.Method {
	case "", ByCertificate:
		c.Method = ByCertificate
		return errors.Join(need("tenant_id", c.TenantID), need("client_id", c.ClientID), need("certificate_file", c.CertificateFile))
	case BySecret:
		return errors.Join(need("tenant_id", c.TenantID), need("client_id", c.ClientID), need("secret_file or secret_env", c.SecretFile+c.SecretEnv))
	case ByWorkloadIdentity, ByManagedIdentity:
		return nil
	default:
		return fmt.Errorf("there is no way to sign in called %q; there are %s", c.Method,
			strings.Join([]string{ByCertificate, BySecret, ByWorkloadIdentity, ByManagedIdentity}, ", "))
	}
}

// CertificateEnds tells when the certificate that signs in ends; zero when it
// is signed in by other means.
func (c Credential) CertificateEnds() (time.Time, error) {
	if c.CertificateFile == "" {
		return time.Time{}, nil
	}
	certs, _, err := c.readCertificate()
	if err != nil {
		return time.Time{}, err
	}
	return certs[0].NotAfter, nil
}

func (c Credential) readCertificate() ([]*x509.Certificate, crypto.PrivateKey, error) {
	data, err := os.ReadFile(c.CertificateFile)
	if err != nil {
		return nil, nil, fmt.Errorf("certificate_file: %w", err)
	}
	var password []byte
	if c.CertificatePasswordFile != "" {
		if password, err = os.ReadFile(c.CertificatePasswordFile); err != nil {
			return nil, nil, fmt.Errorf("certificate_password_file: %w", err)
		}
		password = []byte(strings.TrimRight(string(password), "\r\n"))
	}
	certs, key, err := azidentity.ParseCertificates(data, password)
	if err != nil {
		return nil, nil, fmt.Errorf("certificate_file %s holds no certificate with its private key that can be read "+
			"(PEM or PKCS #12; a protected one needs certificate_password_file): %w", c.CertificateFile, err)
	}
	return certs, key, nil
}

func (c Credential) certificate(options azcore.ClientOptions) (azcore.TokenCredential, error) {
	certs, key, err := c.readCertificate()
	if err != nil {
		return nil, err
	}
	return azidentity.NewClientCertificateCredential(c.TenantID, c.ClientID, certs, key, &azidentity.ClientCertificateCredentialOptions{
		ClientOptions: options, SendCertificateChain: true})
}

func (c Credential) secret(options azcore.ClientOptions) (azcore.TokenCredential, error) {
	secret := os.Getenv(c.SecretEnv)
	if c.SecretFile != "" {
		data, err := os.ReadFile(c.SecretFile)
		if err != nil {
			return nil, fmt.Errorf("secret_file: %w", err)
		}
		secret = strings.TrimSpace(string(data))
	}
	if secret == "" {
		return nil, fmt.Errorf("the client secret is empty: put it in the file %q or the environment variable %q", c.SecretFile, c.SecretEnv)
	}
	return azidentity.NewClientSecretCredential(c.TenantID, c.ClientID, secret, &azidentity.ClientSecretCredentialOptions{ClientOptions: options})
}

// signIn explains why there is no token. The vendor's text quotes the whole
// exchange, so that only its codes are told.
func signIn(err error) error {
	var refused *azidentity.AuthenticationFailedError
	if !errors.As(err, &refused) || refused.RawResponse == nil {
		return fmt.Errorf("signing in: %w", wire.Clean(err))
	}
	code := regexp.MustCompile(`AADSTS\d+`).FindString(refused.Error())
	said := strings.TrimSpace(fmt.Sprintf("answered %d %s", refused.RawResponse.StatusCode, code))
	if asked := refused.RawResponse.Request; asked != nil && asked.URL.Host == metadataHost {
		return fmt.Errorf("signing in: this machine's identity service %s: %w: check that a managed identity is assigned to this machine, "+
			"and of several that client_id names the right one", said, inventory.ErrNotPermitted)
	}
	return fmt.Errorf("signing in: Microsoft Entra %s: %w: %s", said, inventory.ErrNotPermitted, signInRemedy(code))
}

// signInRemedy says what to do about a code of Entra's
// (https://learn.microsoft.com/entra/identity-platform/reference-error-codes).
func signInRemedy(code string) string {
	switch code {
	case "AADSTS90002", "AADSTS900021", "AADSTS900023":
		return "there is no such tenant in this cloud: check tenant_id"
	case "AADSTS700016":
		return "the tenant has no application with this client_id: check client_id, and that it is of this tenant"
	case "AADSTS700027":
		return "the certificate is not the one that is registered, or no longer: upload it on the app registration's page \"Certificates & secrets\""
	case "AADSTS7000215":
		return "the client secret is not the one that is registered: take its value, not its id"
	case "AADSTS7000222":
		return "the client secret has expired: register a certificate instead"
	case "AADSTS700024":
		return "this machine's clock is wrong, or the certificate is not valid yet"
	case "AADSTS53003":
		return "a Conditional Access policy bars it: have one made that admits this application from this machine"
	}
	return "check the tenant id, the client id, that the certificate or secret is registered and not expired, and this machine's clock"
}
