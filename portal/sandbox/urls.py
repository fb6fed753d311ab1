"""The sandbox's pages."""

from django.urls import path

from portal.sandbox.mail import LetterPage, MailPage, MessagePage

app_name = "sandbox"

urlpatterns = [
    path("mail/", MailPage.as_view(), name="mail"),
    path("mail/<str:file>/<int:place>/", MessagePage.as_view(), name="message"),
    path("mail/<str:file>/<int:place>/html/", LetterPage.as_view(), name="letter"),
]
