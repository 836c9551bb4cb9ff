resource "fastly_service_vcl" "static" {
  name = "static"
  domain {
    name = "static.example.test"
  }
  backend {
    name    = "main"
    address = aws_s3_bucket.main.bucket_regional_domain_name
  }
  backend {
    name    = "fallback"
    address = aws_s3_bucket.fallback.bucket_regional_domain_name
  }
  director {
    name     = "buckets"
    backends = ["main", "fallback"]
    type     = 1
  }
}

resource "aws_s3_bucket" "main" {
  bucket = "main"
}

resource "aws_s3_bucket" "fallback" {
  bucket = "fallback"
}

# => aws_s3_bucket.fallback storage 1/1 region
# => aws_s3_bucket.main storage 1/1 region
# => fastly_service_vcl.static cdn 1/1 region
# => fastly_service_vcl.static -requires/certain-> aws_s3_bucket.fallback
# =>     fastly_service_vcl.static fetches from aws_s3_bucket.fallback
# => fastly_service_vcl.static -requires/certain-> aws_s3_bucket.main
# =>     fastly_service_vcl.static fetches from aws_s3_bucket.main
# => 1 of ["aws_s3_bucket.fallback", "aws_s3_bucket.main"] shared by buckets
