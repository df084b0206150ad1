FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags=-s -o /desirepath ./cmd/desirepath && bash cmd/desirepath/deploy/package/notices.sh

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /desirepath /desirepath
COPY --from=build /src/LICENSE /src/cmd/desirepath/deploy/package/NOTICES.gz /
ENTRYPOINT ["/desirepath"]
